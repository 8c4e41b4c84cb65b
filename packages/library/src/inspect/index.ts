export {
  type Inspection,
  type InspectLibraryOptions,
  inspect,
  inspectLibrary,
  type LibraryContent,
  type StrayCount,
  type Waiting,
} from './inspect-library.ts';
export type { FileCheck } from './open-for-inspection.ts';
