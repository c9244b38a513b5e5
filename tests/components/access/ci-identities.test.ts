import { expect, test } from "@jest/globals";
import { CiIdentities } from "../../../components/access/ci-identities.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

test("one that deploys from an environment, one that previews pull requests, neither with a secret", async () => {
  const { naming } = placement;
  const { of, resources, outputs } = await run(() => {
    const { principals, clientIds } = new CiIdentities("pipeline", {
      naming,
      repository: "owner/name",
      environment: "prod",
    });
    return { principals, clientIds };
  });
  expect(
    of("azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential").map(
      ({ inputs: { issuer, audiences, subject } }) => ({ issuer, audiences, subject }),
    ),
  ).toEqual(
    ["environment:prod", "pull_request"].map((job) => ({
      issuer: "https://token.actions.githubusercontent.com",
      audiences: ["api://AzureADTokenExchange"],
      subject: `repo:owner/name:${job}`,
    })),
  );
  expect(of("azuread:index/application:Application").map(({ inputs }) => inputs["displayName"])).toEqual([
    "app-ml-test-deploy",
    "app-ml-test-preview",
  ]);
  expect(resources.filter(({ type }) => /password|certificate/i.test(type))).toEqual([]);
  expect(outputs).toEqual({
    principals: {
      ciDeploy: { id: "object-of-pipeline-deploy-principal", type: "ServicePrincipal" },
      ciPreview: { id: "object-of-pipeline-preview-principal", type: "ServicePrincipal" },
    },
    clientIds: { ciDeploy: "client-of-pipeline-deploy", ciPreview: "client-of-pipeline-preview" },
  });
});
