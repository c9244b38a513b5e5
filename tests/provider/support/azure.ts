/**
 * A small Azure for the provider's tests: sign-in, metadata, and the ARM rules that matter to it, over HTTPS.
 * What a rule refuses, Azure refuses; the code under test talks to it with Azure's own libraries.
 */
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Tls } from "../../../local/contracts.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

const TENANT = "11111111-1111-1111-1111-111111111111";
export const WORKSPACE =
  "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

export interface Seen {
  readonly method: string;
  readonly id: string;
  readonly query: string;
  readonly body: PropertyMap;
}
interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const refuse = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message } },
});

/** As the access tokens of Entra, but for the signature; Azurite reads issuer, audience and times. */
function accessToken(audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const times = { nbf: now - 60, iat: now - 60, exp: now + 3600 };
  return `${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: audience, iss: `https://sts.windows.net/${TENANT}/`, ...times })}.c2ln`;
}

const READ_ONLY = ["scoringUri", "swaggerUri", "provisioningState"];
const weights = (value: unknown) => Object.entries(isObject(value) ? value : {}) as [string, number][];

export class TestAzure {
  /** Resources by ARM id in lower case. */
  readonly resources = new Map<string, PropertyMap>();
  /** Soft-deleted workspaces. */
  readonly deleted = new Set<string>();
  readonly requests: Seen[] = [];
  readonly tokens: string[] = [];
  /** Every traffic map that any endpoint ever had, in order. */
  readonly history: PropertyMap[] = [];
  /** Polls that an operation takes. */
  polls = 2;
  /** Answers instead of the rules; `undefined` lets the rules answer. */
  fault: (seen: Seen) => Reply | undefined = () => undefined;
  /** Answers for a blob endpoint at `/blobs`. */
  blobs: (method: string, path: string) => Reply = () => ({ status: 404 });
  /** What a finished operation says, instead of having an effect. */
  operationError: { code: string; message: string } | undefined;
  /** Sends ETags and insists on them. */
  etags = false;
  private readonly operations = new Map<string, { left: number; finish: () => PropertyMap }>();
  private readonly busy = new Set<string>();
  private readonly versions = new Map<string, number>();
  private readonly server;
  url = "";

  constructor(tls: Tls) {
    setDefaultCACertificates([...getCACertificates(), tls.ca]);
    this.server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
      void this.answer(request, response);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `https://localhost:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** The variables of a person who signs in here. */
  get env(): Record<string, string> {
    return {
      ARM_METADATA_HOSTNAME: this.url.replace("https://", ""),
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: "33333333-3333-3333-3333-333333333333",
      ARM_CLIENT_SECRET: "secret",
      ARM_SUBSCRIPTION_ID: "22222222-2222-2222-2222-222222222222",
    };
  }

  set(id: string, resource: PropertyMap): string {
    this.resources.set(id.toLowerCase(), resource);
    return id;
  }

  get(id: string): PropertyMap | undefined {
    return this.resources.get(id.toLowerCase());
  }

  writes(): Seen[] {
    return this.requests.filter(({ method }) => method !== "GET");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body, headers = {} } = this.route(request, Buffer.concat(chunks).toString());
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  private route(request: IncomingMessage, text: string): Reply {
    const url = new URL(request.url ?? "/", this.url);
    if (url.pathname === "/metadata/endpoints")
      return {
        status: 200,
        body: {
          name: "Test",
          resourceManager: `${this.url}/`,
          authentication: { loginEndpoint: `${this.url}/`, audiences: [this.url] },
        },
      };
    if (url.pathname.endsWith("/openid-configuration")) return this.openId();
    if (url.pathname.endsWith("/token")) return this.token(new URLSearchParams(text));
    if (url.pathname.startsWith("/blobs/")) return this.blobs(request.method ?? "GET", url.pathname);
    const audience = request.headers.authorization?.split(".")[1] ?? "";
    if (!Buffer.from(audience, "base64url").toString().includes(`"aud":"${this.url}"`))
      return refuse(401, "InvalidAuthenticationToken", "The access token is missing or for somebody else.");
    const seen = {
      method: request.method ?? "GET",
      id: url.pathname,
      query: url.search,
      body: text ? (JSON.parse(text) as PropertyMap) : {},
    };
    if (url.pathname.includes("/mfeOperationsStatus/")) return this.poll(url.pathname);
    this.requests.push(seen);
    return this.fault(seen) ?? this.arm(seen, request.headers["if-match"]);
  }

  private openId(): Reply {
    const base = `${this.url}/${TENANT}`;
    return {
      status: 200,
      body: {
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
      },
    };
  }

  private token(form: URLSearchParams): Reply {
    if (form.get("client_secret") !== "secret" && form.get("client_assertion") !== "the.job.token")
      return {
        status: 401,
        body: { error: "invalid_client", error_description: "AADSTS7000215: Invalid secret" },
      };
    const scope = (form.get("scope") ?? "").split(" ").find((part) => part.endsWith("/.default")) ?? "";
    this.tokens.push(scope);
    const access_token = accessToken(scope.replace("/.default", ""));
    return { status: 200, body: { token_type: "Bearer", expires_in: 3599, access_token } };
  }

  private poll(path: string): Reply {
    const operation = this.operations.get(path)!;
    operation.left -= 1;
    const done = operation.left < 0;
    const body = done ? operation.finish() : { status: "InProgress" };
    return { status: 200, body, headers: { "retry-after-ms": "1" } };
  }

  private etag(id: string): Record<string, string> {
    return this.etags ? { etag: `"${this.versions.get(id.toLowerCase()) ?? 0}"` } : {};
  }

  private arm({ method, id, query, body }: Seen, ifMatch: string | undefined): Reply {
    const key = id.toLowerCase();
    const found = this.resources.get(key);
    if (method === "GET")
      return found
        ? { status: 200, body: found, headers: this.etag(id) }
        : refuse(404, "ResourceNotFound", `The resource ${id} was not found.`);
    if (method === "DELETE") return this.remove(key, query);
    if (this.busy.has(key))
      return refuse(409, "AnotherOperationInProgress", "Another operation is in progress on this resource.");
    if (this.etags && ifMatch !== this.etag(id)["etag"])
      return refuse(412, "PreconditionFailed", "The resource changed since it was read.");
    const problem = this.problem(key, body);
    if (problem) return refuse(400, "UserError", problem);
    return this.begin(key, () => {
      const properties = { ...(body["properties"] as PropertyMap), provisioningState: "Succeeded" };
      this.resources.set(key, {
        ...found,
        ...body,
        properties: { scoringUri: "https://score", ...properties },
      });
      this.versions.set(key, (this.versions.get(key) ?? 0) + 1);
      if (key.includes("/onlineendpoints/"))
        this.history.push((properties as PropertyMap)["traffic"]! as PropertyMap);
    });
  }

  /** What Azure says about the body of an endpoint. */
  private problem(key: string, body: PropertyMap): string | undefined {
    const properties = (body["properties"] ?? {}) as PropertyMap;
    const readOnly = [
      ...READ_ONLY.filter((name) => name in properties),
      ...["id", "name", "systemData"].filter((name) => name in body),
    ];
    if (readOnly.length > 0) return `read-only: ${readOnly.join()}`;
    if (!body["location"]) return "location is required";
    const { defaults } = properties;
    const routed =
      isObject(defaults) && typeof defaults["deploymentName"] === "string"
        ? [defaults["deploymentName"]]
        : [];
    const live = weights(properties["traffic"]);
    const total = live.reduce((sum, [, weight]) => sum + weight, 0);
    if (total !== 0 && total !== 100) return `traffic sums to ${total}`;
    const names = [
      ...routed,
      ...live.map(([name]) => name),
      ...weights(properties["mirrorTraffic"]).map(([name]) => name),
    ];
    const unknown = names.find((name) => !this.resources.has(`${key}/deployments/${name.toLowerCase()}`));
    return unknown && `no deployment ${unknown}`;
  }

  private remove(key: string, query: string): Reply {
    const purge = query.includes("forceToPurge=true");
    if (!this.resources.has(key) && !(purge && this.deleted.has(key))) return { status: 204 };
    return this.begin(
      key,
      () => {
        this.resources.delete(key);
        if (purge) this.deleted.delete(key);
        else this.deleted.add(key);
      },
      202,
    );
  }

  private begin(key: string, effect: () => void, status = 201): Reply {
    this.busy.add(key);
    const path = `/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/l/mfeOperationsStatus/${this.operations.size}`;
    const finish = (): PropertyMap => {
      this.busy.delete(key);
      if (this.operationError) return { status: "Failed", error: { ...this.operationError } };
      effect();
      return { status: "Succeeded" };
    };
    this.operations.set(path, { left: this.polls, finish });
    return {
      status,
      headers: { "azure-asyncoperation": `${this.url}${path}?api-version=1`, "retry-after-ms": "1" },
      ...(status === 201 && { body: { properties: { provisioningState: "Updating" } } }),
    };
  }
}
