/**
 * How the Pulumi CLI is to encrypt the secrets of an imported state: with a passphrase. It takes no state with secrets
 * that does not say so. The form is the CLI's: `v1:SALT:v1:NONCE:CIPHERTEXT`, base64, where the ciphertext is the word
 * `pulumi` under the key that salt and passphrase give: that is how it tells a wrong passphrase.
 */
import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

export interface SecretsProviders {
  readonly type: string;
  readonly state?: unknown;
}

const ITERATIONS = 1_000_000;
const PROBE = "pulumi";

/** Takes about half a second: what makes guessing dear. */
export function passphraseProvider(passphrase: string): SecretsProviders {
  const salt = randomBytes(8);
  const nonce = randomBytes(12);
  const key = pbkdf2Sync(passphrase, salt, ITERATIONS, 32, "sha256");
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(PROBE), cipher.final(), cipher.getAuthTag()]);
  const [salted, nonced, probe] = [salt, nonce, sealed].map((bytes) => bytes.toString("base64"));
  return { type: "passphrase", state: { salt: `v1:${salted!}:v1:${nonced!}:${probe!}` } };
}
