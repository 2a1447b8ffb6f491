/** Prints the outcome of each fault of the API or the network: `node -C tintype-source bench/faults.ts > docs/faults.md`. */
import { allFaults, renderFaults, runFaults } from '../packages/cli/test/support/fault-table.ts';

process.stdout.write(renderFaults(await runFaults(allFaults)));
