/** Who calls: bearer tokens, and what is answered when there is none that will do. */
import { type Claims, TokenError, type Tokens, type CloudIdentity, type Urls } from "../../contracts.ts";
import { ArmError } from "./errors.ts";

export interface Audiences {
  readonly arm: readonly string[];
  readonly ml: readonly string[];
  readonly graph: readonly string[];
}

/** This cloud's own audiences, and those of the public cloud that clients ask for whatever the cloud. */
export const audiencesOf = ({ cloud }: Urls): Audiences => ({
  arm: [cloud, "https://management.azure.com", "https://management.core.windows.net"],
  ml: ["https://ml.azure.com", "https://ml.azure.localhost", cloud],
  graph: [`${cloud}/graph`, "https://graph.microsoft.com"],
});

export type Authenticate = (
  authorization: string | undefined,
  audiences: readonly string[],
) => Promise<Claims>;

/** Rejects with 401 and the challenge that ARM sends. */
export function authenticator(tokens: Tokens, identity: CloudIdentity, urls: Urls): Authenticate {
  const refuse = (code: string, message: string, error?: string) => {
    const reason = error ? `, error="${error}", error_description="${message.replaceAll('"', "'")}"` : "";
    const challenge = `Bearer authorization_uri="${urls.cloud}/${identity.tenantId}"${reason}`;
    return new ArmError(401, code, message, { headers: { "www-authenticate": challenge } });
  };
  return async (authorization, audiences) => {
    if (!authorization)
      throw refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
    if (!token)
      throw refuse(
        "AuthenticationFailedInvalidHeader",
        "Authentication failed. The 'Authorization' header is provided in an invalid format.",
      );
    try {
      return await tokens.verify(token, audiences);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw refuse("InvalidAuthenticationToken", error.message, "invalid_token");
    }
  };
}
