import type { Credentials } from '../credentials.ts';
import type { LabFiles, LabSettings } from '../settings.ts';

/** What the definition of a part may look at. */
export interface LabPlan {
  settings: LabSettings;
  files: LabFiles;
  credentials: Credentials;
  /** The path of a built tool, such as kubelet. */
  tool: (name: string) => string;
}
