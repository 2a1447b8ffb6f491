import { A } from '@solidjs/router';
import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/solid';

export default function Home() {
  return (
    <>
      <Picture of={hero} class="hero" priority />
      <A href="/about">About</A>
    </>
  );
}
