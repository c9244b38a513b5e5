/**
 * Pulumi's encryption by a passphrase: of a stack's configuration, which is read, and of an imported state's secrets. It takes no state with secrets
 * that does not say so. The form is the CLI's: `v1:SALT:v1:NONCE:CIPHERTEXT`, base64, where the ciphertext is the word
 * `pulumi` under the key that salt and passphrase give: that is how it tells a wrong passphrase.
 */
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

export interface SecretsProviders {
  readonly type: string;
  readonly state?: unknown;
}

const ITERATIONS = 1_000_000;
const PROBE = "pulumi";

const TAG_BYTES = 16;

const keys = new Map<string, Buffer>();

/** `salt`: base64. Takes about half a second for each passphrase and salt, once: what makes guessing dear. */
export function keyOf(passphrase: string, salt: string): Buffer {
  const id = `${salt} ${passphrase}`;
  const key = keys.get(id) ?? pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), ITERATIONS, 32, "sha256");
  keys.set(id, key);
  return key;
}

/** The text as `v1:NONCE:CIPHERTEXT`, base64. */
export function seal(plain: string, key: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

/** The text in `v1:NONCE:CIPHERTEXT`. @throws Error when it is not of that form, or not made with this key. */
export function opened(key: Buffer, sealed: string): string {
  const [, nonce, text] = /^v1:([^:]+):([^:]+)$/.exec(sealed) ?? [];
  if (nonce === undefined || text === undefined) throw new Error("it is not of the form v1:NONCE:CIPHERTEXT");
  const bytes = Buffer.from(text, "base64");
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), options);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
}

/**
 * What opens the encrypted values of a stack's configuration. `encryptionSalt` is that file's: `v1:SALT:v1:NONCE:PROBE`.
 * Takes about half a second. @throws Error when the passphrase is not the one they were encrypted with.
 */
export function passphraseOpener(encryptionSalt: string, passphrase: string): (sealed: string) => string {
  const [, salt, probe] = /^v1:([^:]+):(v1:[^:]+:[^:]+)$/.exec(encryptionSalt) ?? [];
  if (salt === undefined || probe === undefined)
    throw new Error("encryptionsalt is not of the form v1:SALT:v1:…");
  const key = keyOf(passphrase, salt);
  try {
    if (opened(key, probe) !== PROBE) throw new Error("another word");
  } catch (error) {
    throw new Error("PULUMI_CONFIG_PASSPHRASE is not the passphrase that it was encrypted with", {
      cause: error,
    });
  }
  return (sealed) => opened(key, sealed);
}

export function passphraseProvider(passphrase: string): SecretsProviders {
  const salt = randomBytes(8).toString("base64");
  return { type: "passphrase", state: { salt: `v1:${salt}:${seal(PROBE, keyOf(passphrase, salt))}` } };
}
