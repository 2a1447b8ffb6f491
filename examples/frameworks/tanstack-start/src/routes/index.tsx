import { createFileRoute, Link } from '@tanstack/react-router';
import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/react';

export const Route = createFileRoute('/')({
  component: () => (
    <>
      <Picture of={hero} className="hero" priority />
      <Link to="/about">About</Link>
    </>
  ),
});
