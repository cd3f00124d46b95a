import type { Session } from './session.ts';

/** Something that a person should know at the end. */
export function remark(session: Session, text: string): void {
  session.remarks.push(text);
  session.world.log.line(`  ${text}`);
}
