/** The gate before blob requests with a token: the caller must have a role for the data. Keys and SAS are Azurite's to check. */
import { nameOf } from "../arm/id.ts";
import type { Cloud } from "../arm/table.ts";
import { STORAGE_ACCOUNT } from "../arm/tables/storage.ts";
import type { BlobRefusal, BlobRequest } from "../blob/requests.ts";
import { blobQuestion } from "./actions.ts";

/** What Azure Storage says: never which role is missing, nor whether there is such a blob. */
const MISMATCH: BlobRefusal = {
  status: 403,
  code: "AuthorizationPermissionMismatch",
  message: "This request is not authorized to perform this operation using this permission.",
};

export const blobGate =
  ({ store, access }: Pick<Cloud, "store" | "access">) =>
  ({ method, url, account, claims }: BlobRequest): BlobRefusal | undefined => {
    const [resource] = store.named(STORAGE_ACCOUNT, account);
    if (!claims || !resource) return undefined; // of an account that is not there Azurite says so
    const pathStyle = nameOf(new URL(url, "https://blobs").pathname.split("/", 2).join("/")) === account;
    const question = blobQuestion(method, url, resource.id, pathStyle);
    return access.allows([claims.oid], question) ? undefined : MISMATCH;
  };
