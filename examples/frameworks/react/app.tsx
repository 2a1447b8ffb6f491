import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/react';

export const App = () => <Picture of={hero} className="hero" priority />;
