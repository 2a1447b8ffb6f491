/** Facts about one model that a config may state or change. */
export interface ModelOverride {
  readonly successor?: string | null;
}
