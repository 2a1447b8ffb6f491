import { Link } from 'react-router';
import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/react';

export default function Home() {
  return (
    <>
      <Picture of={hero} className="hero" priority />
      <Link to="/about">About</Link>
    </>
  );
}
