/**
 * Secrets in the state file, encrypted with the passphrase of `PULUMI_CONFIG_PASSPHRASE` as the Pulumi CLI does it:
 * `v1:NONCE:CIPHERTEXT`, base64, under the key that the state's salt and the passphrase give. Without a passphrase they
 * stay as they are, in a file that its owner alone can read.
 */
import { SECRET, SIGNATURE } from "@azure-ml-as-code/protocol/values.ts";
import { keyOf, opened, seal } from "./passphrase.ts";
import { StateError } from "./state.ts";

/** Of a state that says how its secrets are kept. */
const saltOf = (text: string): string | undefined =>
  /"secrets_providers": \{[^}]*"salt": "v1:([^:"]+):/.exec(text)?.[1];

const text = String.raw`"(?:[^"\\]|\\.)*"`;
const secret = (member: string) =>
  new RegExp(`("${SIGNATURE}": "${SECRET}",\\s*)"${member}": (${text})`, "g");

function open(sealed: string, key: Buffer): string {
  try {
    return opened(key, sealed);
  } catch (cause) {
    throw new StateError("PULUMI_CONFIG_PASSPHRASE is not the passphrase that the state was written with", {
      cause,
    });
  }
}

/** The state's text as a file has it. */
export function sealed(state: string, passphrase: string | undefined): string {
  const salt = saltOf(state);
  if (passphrase === undefined || salt === undefined) return state;
  return state.replace(
    secret("plaintext"),
    (_, before: string, value: string) =>
      `${before}"ciphertext": "${seal(JSON.parse(value) as string, keyOf(passphrase, salt))}"`,
  );
}

/** @throws StateError for a passphrase that is not the state's. What cannot be opened for want of one stays closed. */
export function unsealed(state: string, passphrase: string | undefined): string {
  const salt = saltOf(state);
  if (passphrase === undefined || salt === undefined) return state;
  return state.replace(
    secret("ciphertext"),
    (_, before: string, value: string) =>
      `${before}"plaintext": ${JSON.stringify(open(JSON.parse(value) as string, keyOf(passphrase, salt)))}`,
  );
}
