import { expect, test } from "@jest/globals";
import { storageEndpoint } from "../../../components/data/storage-endpoint.ts";

test.each([
  ["https://st1.blob.core.windows.net/", "core.windows.net"],
  ["https://st1.blob.core.chinacloudapi.cn", "core.chinacloudapi.cn"],
  ["https://localhost:10000/st1", "localhost:10000"],
])("%s", (blobEndpoint, expected) => {
  expect(storageEndpoint(blobEndpoint, "st1")).toBe(expected);
});
