/** The public API of `@tintype/core`: a list, nothing else. */
export { defineConfig } from './config.ts';
export type { Config, Missing, Options } from './config.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { TintypeError } from './errors.ts';
export type { DiagnosticCode, ErrorCode } from './errors.ts';
export type { Event, Reporter, TimedEvent } from './events.ts';
export { checkProject, generate, planProject } from './generate.ts';
export type { Context } from './context.ts';
export type { CheckResult, GenerateResult } from './generate.ts';
export type { Fields } from './fields.ts';
export type { Model, ModelOverride, Prices } from './plan/models.ts';
export type { InputPicture, Order, Picture, Provider } from './provider/provider.ts';
export { ProviderError } from './provider/provider.ts';
export { loadProject } from './project.ts';
export type { Project, ProjectRequest } from './project.ts';
export type * from './types.ts';
