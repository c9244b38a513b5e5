/**
 * Sign-in as MSAL asks for it: OpenID configuration, keys, tokens for a service principal with a secret.
 *
 * As with Entra, the v2.0 configuration names `https://HOST/TENANT/v2.0` as issuer (MSAL wants it to match the authority),
 * while access tokens are v1.0 tokens of `https://sts.windows.net/TENANT/`, the issuer that the v1 configuration names.
 */
import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CloudIdentity } from "../../contracts.ts";
import { SigninError, errorBody } from "./errors.ts";
import type { SigningTokens } from "./tokens.ts";

export interface SigninOptions {
  readonly identity: CloudIdentity;
  readonly tokens: SigningTokens;
}

/** Seconds, as Entra says it: the token's life without its last second. */
const EXPIRES_IN = 3599;
/** Stand for "whatever tenant the account is of"; here there is but one. */
const ANY_TENANT = ["common", "organizations"];
/** Asked for beside the resource by some clients; they decide nothing here. */
const OPENID_SCOPES = ["openid", "profile", "email", "offline_access"];
const DEFAULT = "/.default";

interface TenantRoute {
  Params: { tenant: string };
}

/** Registers the routes below `/{tenant}` and `/common`; no other route needs to know them. */
export function signinPlugin(app: FastifyInstance, options: SigninOptions, done: () => void): void {
  const { tokens } = options;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, parsed) =>
    parsed(null, new URLSearchParams(body as string)),
  );
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof SigninError)) return reply.send(error);
    const correlation = request.headers["client-request-id"];
    return reply
      .code(error.status)
      .header("cache-control", "no-store")
      .send(errorBody(error, correlation?.toString()));
  });
  app.addHook<TenantRoute>("preHandler", (request, _reply, next) => {
    next(
      knownTenant(request.params.tenant, options.identity)
        ? undefined
        : tenantNotFound(request.params.tenant),
    );
  });

  for (const version of ["", "/v2.0"] as const) {
    app.get<TenantRoute>(`/:tenant${version}/.well-known/openid-configuration`, (request) =>
      openIdConfiguration(request, version, options),
    );
    app.get<TenantRoute>(`/:tenant/discovery${version}/keys`, () => tokens.keys);
    app.post<TenantRoute>(`/:tenant/oauth2${version}/token`, async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return tokenResponse(request, version, options);
    });
  }
  app.get<TenantRoute>("/:tenant/discovery/instance", (request) => instanceDiscovery(request));
  done();
}

const tenantNotFound = (tenant: string) => new SigninError(90002, tenant);

const knownTenant = (tenant: string, { tenantId }: CloudIdentity): boolean =>
  tenant.toLowerCase() === tenantId.toLowerCase() || ANY_TENANT.includes(tenant.toLowerCase());

/** By the name that the client used, so that what it reads here agrees with the authority it asked. */
const hostOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`;

function openIdConfiguration(
  request: FastifyRequest<TenantRoute>,
  version: "" | "/v2.0",
  { identity, tokens }: SigninOptions,
): object {
  const { tenant } = request.params;
  const authority = `${hostOf(request)}/${tenant}`;
  const issuerTenant = ANY_TENANT.includes(tenant.toLowerCase()) ? "{tenantid}" : identity.tenantId;
  return {
    token_endpoint: `${authority}/oauth2${version}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    jwks_uri: `${authority}/discovery${version}/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: version ? `${hostOf(request)}/${issuerTenant}/v2.0` : tokens.issuer,
    authorization_endpoint: `${authority}/oauth2${version}/authorize`,
    device_authorization_endpoint: `${authority}/oauth2${version}/devicecode`,
    end_session_endpoint: `${authority}/oauth2${version}/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "oid", "tid", "ver"],
    tenant_region_scope: null,
    cloud_instance_name: request.host,
    cloud_graph_host_name: request.host,
    msgraph_host: request.host,
  };
}

function instanceDiscovery(request: FastifyRequest<TenantRoute>): object {
  return {
    tenant_discovery_endpoint: `${hostOf(request)}/${request.params.tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: request.host, preferred_cache: request.host, aliases: [request.host] }],
  };
}

async function tokenResponse(
  request: FastifyRequest<TenantRoute>,
  version: "" | "/v2.0",
  { identity, tokens }: SigninOptions,
): Promise<object> {
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const grant = form.get("grant_type") ?? refuse(900144, "grant_type");
  if (grant !== "client_credentials") refuse(70003, grant);
  authenticate(form, request.headers.authorization, identity);
  const audience = version ? audienceOfScope(form.get("scope")) : form.get("resource");
  if (!audience) refuse(90014, version ? "scope" : "resource");

  const token = await tokens.issue({
    aud: audience,
    oid: identity.objectId,
    appid: identity.clientId,
    appidacr: "1",
    idtyp: "app",
  });
  if (version)
    return { token_type: "Bearer", expires_in: EXPIRES_IN, ext_expires_in: EXPIRES_IN, access_token: token };
  const now = Math.floor(Date.now() / 1000);
  return {
    token_type: "Bearer",
    expires_in: String(EXPIRES_IN),
    ext_expires_in: String(EXPIRES_IN),
    expires_on: String(now + EXPIRES_IN),
    not_before: String(now),
    resource: audience,
    access_token: token,
  };
}

/** Client id and secret from the form, or from `Authorization: Basic` (RFC 6749, 2.3.1). */
function authenticate(
  form: URLSearchParams,
  authorization: string | undefined,
  identity: CloudIdentity,
): void {
  const basic = basicCredentials(authorization);
  const clientId = form.get("client_id") ?? basic?.id ?? refuse(900144, "client_id");
  if (clientId.toLowerCase() !== identity.clientId.toLowerCase()) refuse(700016, clientId);
  if (form.has("client_assertion")) refuse(700213);
  const secret = form.get("client_secret") ?? basic?.secret ?? refuse(7000216);
  if (!sameSecret(secret, identity.clientSecret)) refuse(7000215, clientId);
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  const pair = /^([^:]+):(.*)$/.exec(Buffer.from(encoded ?? "", "base64").toString("utf8"));
  if (!pair) return undefined;
  // Form-encoded inside the header; parsing it as a form undoes that and never throws.
  const decode = (text: string) => new URLSearchParams(`x=${text}`).get("x") ?? "";
  return { id: decode(pair[1] ?? ""), secret: decode(pair[2] ?? "") };
}

function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * `X/.default` asks for a token for `X`, its own trailing slash kept: `https://vault.azure.net//.default` is for `https://vault.azure.net/`.
 * `undefined` when there is no scope at all.
 */
export function audienceOfScope(scope: string | null): string | undefined {
  const scopes = (scope ?? "").split(" ").filter((item) => item && !OPENID_SCOPES.includes(item));
  const [first, second] = scopes;
  if (first === undefined) return undefined;
  if (second !== undefined) refuse(28000, scopes.join(" "));
  if (!first.endsWith(DEFAULT) || first.length === DEFAULT.length) refuse(1002012, first);
  return first.slice(0, -DEFAULT.length);
}

function refuse(...details: ConstructorParameters<typeof SigninError>): never {
  throw new SigninError(...details);
}
