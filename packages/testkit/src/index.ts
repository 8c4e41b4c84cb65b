export { type CrashPoints, crashPoints } from './crash-points.ts';
export { type DeviceProcess, deviceProcess } from './device-process.ts';
export { type ConvergedOptions, type Fleet, nothingRuns, startFleet } from './fleet.ts';
export { freePort } from './free-port.ts';
export { type ProcessLedger, processLedger } from './process-ledger.ts';
export { type ListedProcess, processesNaming } from './process-table.ts';
export {
  runShoal,
  type ShoalEnd,
  type ShoalProcess,
  type StartShoalOptions,
  startProgram,
  startShoal,
} from './shoal-process.ts';
export { type TempFolder, tempFolder } from './temp-folder.ts';
export { type UntilOptions, until } from './until.ts';
