/** The public API of `@tintype/queue-dashboard`: a list, nothing else. */
export { serveDashboard } from './serve-dashboard.ts';
export type { DashboardOptions, DashboardServer } from './serve-dashboard.ts';
