import { Picture } from 'tintype-unplugin/react';
import boats from 'virtual:tintype/boats/*?eager';
import slip from 'virtual:tintype/slip';

export function App() {
  return (
    <>
      <h1>Low Water Yard</h1>
      <Picture of={slip} priority />
      <p>We mend what floats. Come at low tide, when you can walk to the gate.</p>
      <ul>
        {Object.entries(boats).map(([id, boat]) => (
          <li key={id}>
            <Picture of={boat} />
            {boat.alt}
          </li>
        ))}
      </ul>
    </>
  );
}
