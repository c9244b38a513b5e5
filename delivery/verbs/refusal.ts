/** Why a verb did not do what it was asked, and with which exit code. */

/** Contract of every verb but `plan`, whose codes are its own: docs/delivery.md. */
export const EXIT = {
  done: 0,
  /** Azure or Pulumi failed half way; both have said where. */
  failed: 1,
  /** The request is wrong; nothing was changed. */
  usage: 2,
  /** The request is right, and what it wants is not there or not allowed; nothing was changed. */
  refused: 3,
  /** Somebody else is changing the stage; nothing was changed. */
  locked: 4,
  /** `drift`: what is deployed is not what the program says. */
  drifted: 5,
} as const;

/** For the person who asked, in one line. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usage = (message: string): Refusal => new Refusal(message, EXIT.usage);
