import { component$ } from '@builder.io/qwik';
import { Link } from '@builder.io/qwik-city';
import hero from 'virtual:tintype/hero';
import { Picture } from '../picture';

export default component$(() => (
  <>
    <Picture of={hero} class="hero" priority />
    <Link href="/about/">About</Link>
  </>
));
