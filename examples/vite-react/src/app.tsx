import { useState } from 'react';
import ward from 'virtual:tintype/ward';
import { patients } from './patients.ts';
import { Picture } from 'vite-plugin-tintype/react';

export function App() {
  const [chosen, choose] = useState<number>(0);
  const { name, picture, complaint, treatment } = patients[chosen]!;
  return (
    <main>
      <header>
        <p className="kicker">Cooper’s Yard, visits two to six</p>
        <h1>
          Second <em>Opinion</em>
        </h1>
        <p className="lede">
          A hospital for clocks. We listen first, then we open the back. Most patients go home
          within the week, and all of them go home telling the time.
        </p>
      </header>

      <Picture of={ward} className="ward" priority />

      <section aria-labelledby="patients">
        <h2 id="patients">On the ward today</h2>
        <div className="beds">
          {patients.map((patient, bed) => (
            <button
              key={patient.name}
              type="button"
              aria-pressed={bed === chosen}
              onClick={() => choose(bed)}
            >
              <Picture of={patient.picture} sizes="4rem" alt="" />
              <span>
                Bed {bed + 1}
                <strong>{patient.name}</strong>
              </span>
            </button>
          ))}
        </div>
        <article>
          <Picture key={name} of={picture} className="portrait" />
          <dl>
            <dt>Complaint</dt>
            <dd>{complaint}</dd>
            <dt>Treatment</dt>
            <dd>{treatment}</dd>
          </dl>
        </article>
      </section>

      <footer>Bring it wrapped in a towel. Leave it running, if it runs.</footer>
    </main>
  );
}
