/**
 * The cloud that an account is in, as datastores name it: `core.windows.net` for `https://ACCOUNT.blob.core.windows.net/`.
 * A server that keeps accounts under its own address, as an emulator does, is named whole: `localhost:10000`. Pure.
 */
export function storageEndpoint(blobEndpoint: string, accountName: string): string {
  const { host } = new URL(blobEndpoint);
  const prefix = `${accountName}.blob.`;
  return host.startsWith(prefix) ? host.slice(prefix.length) : host;
}
