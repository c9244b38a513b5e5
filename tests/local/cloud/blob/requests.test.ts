import { expect, test } from "@jest/globals";
import {
  accountOf,
  authOf,
  notAuthenticated,
  passOn,
  refusalBody,
  refusalHeaders,
} from "@azure-ml-as-code/local/cloud/blob/requests.ts";

test.each([
  ["/acct/container/blob?x=/y", "localhost:10000", "acct"],
  ["/acct?restype=service", "127.0.0.1:10000", "acct"],
  ["/acct/container", "[::1]:10000", "acct"],
  ["/container/blob", "acct.blob.core.localhost:10000", "acct"],
  ["/", "localhost", ""],
  ["/acct/x", undefined, "acct"],
])("the account of %s at %s is '%s'", (url, host, account) => {
  expect(accountOf(url, host)).toBe(account);
});

test.each([
  ["/a/c/b?sv=1&sig=x", undefined, "SAS"],
  ["/a/c/b?sv=1&sig=x", "Basic dXNlcjo=", "SAS"],
  ["/a/c/b?sv=1&sig=x", "Bearer x.y.z", "Bearer"],
  ["/a/c/b", "bearer x.y.z", "Bearer"],
  ["/a/c/b", "SharedKey a:b", "SharedKey"],
  ["/a/c/b", "SharedKeyLite a:b", "SharedKey"],
  ["/a/c/b", "Basic dXNlcjo=", "Anonymous"],
  ["/a/c/b?signal=1", undefined, "Anonymous"],
])("%s with %s is %s", (url, authorization, auth) => {
  expect(authOf(url, authorization)).toBe(auth);
});

test("headers go on as they came, but for those of one connection", () => {
  const raw = ["Host", "h", "Connection", "keep-alive", "x-ms-meta-A", "1", "x-ms-meta-A", "2"];
  expect(passOn(raw)).toEqual(["Host", "h", "x-ms-meta-A", "1", "x-ms-meta-A", "2"]);
});

test("a refusal is an error of Azure Storage", () => {
  const refusal = notAuthenticated("Is <this> a & b?", "https://localhost:1/t/oauth2/authorize");
  expect(refusalHeaders(refusal)).toMatchObject({
    "x-ms-error-code": "InvalidAuthenticationInfo",
    "www-authenticate":
      "Bearer authorization_uri=https://localhost:1/t/oauth2/authorize resource_id=https://storage.azure.com",
  });
  expect(refusalBody(refusal)).toMatch(
    /<Code>InvalidAuthenticationInfo<\/Code><Message>.*Is &lt;this&gt; a &amp; b\?/,
  );
});
