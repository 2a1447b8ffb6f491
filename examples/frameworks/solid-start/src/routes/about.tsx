import { A } from '@solidjs/router';

export default function About() {
  return <A href="/">Home</A>;
}
