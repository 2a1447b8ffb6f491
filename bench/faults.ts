/** Prints what comes of every fault that the API and the network can show: `node -C tintype-source bench/faults.ts > docs/faults.md`. */
import { renderFaults, runFaults } from '../packages/cli/test/support/fault-table.ts';

process.stdout.write(renderFaults(await runFaults()));
