import * as pulumi from "@pulumi/pulumi";
import { Application, ApplicationFederatedIdentityCredential, ServicePrincipal } from "@pulumi/azuread";
import { token, within } from "../component.ts";
import { planName } from "../names.ts";
import type { Naming } from "../names.ts";
import type { Principal } from "./role-assignments.ts";
import type { CiIdentity } from "./role-table.ts";

export interface CiIdentitiesArgs {
  readonly naming: Naming;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** GitHub environment whose jobs may deploy: its protection rules are what guards the stage. */
  readonly environment: string;
}

const ISSUER = "https://token.actions.githubusercontent.com";
/** The one that Entra expects in a token that is exchanged. */
const AUDIENCE = "api://AzureADTokenExchange";

/** Which jobs of the repository sign in as it, and what it is for. */
const jobs: Readonly<
  Record<CiIdentity, { purpose: string; subject: (args: CiIdentitiesArgs) => string; notes: string }>
> = {
  ciDeploy: {
    purpose: "deploy",
    subject: ({ repository, environment }) => `repo:${repository}:environment:${environment}`,
    notes: "Runs pulumi up in GitHub Actions",
  },
  ciPreview: {
    purpose: "preview",
    subject: ({ repository }) => `repo:${repository}:pull_request`,
    notes: "Runs pulumi preview on pull requests; it can read and nothing else",
  },
};

/**
 * The identities of a stage's pipeline: one application that deploys from a GitHub environment, one that previews pull
 * requests. Neither has a secret: GitHub's own token of a job is exchanged for one of Entra's.
 * Making applications takes the directory role *Application Developer*, or `Application.ReadWrite.OwnedBy` for an application.
 */
export class CiIdentities extends pulumi.ComponentResource {
  /** For role assignments. */
  readonly principals: Readonly<Record<CiIdentity, Principal>>;
  /** For `azure/login` or `ARM_CLIENT_ID` in the workflow. */
  readonly clientIds: Readonly<Record<CiIdentity, pulumi.Output<string>>>;

  constructor(name: string, args: CiIdentitiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "CiIdentities"), name, args, opts);
    const make = (identity: CiIdentity) => {
      const { purpose, subject, notes } = jobs[identity];
      const application = new Application(
        `${name}-${purpose}`,
        {
          displayName: planName("application", args.naming, purpose).stem,
          notes,
          signInAudience: "AzureADMyOrg",
          preventDuplicateNames: true,
        },
        within(this, opts),
      );
      const principal = new ServicePrincipal(
        `${name}-${purpose}-principal`,
        { clientId: application.clientId, description: notes },
        within(this, opts),
      );
      new ApplicationFederatedIdentityCredential(
        `${name}-${purpose}-github`,
        {
          applicationId: application.id,
          displayName: `github-${purpose}`,
          description: notes,
          issuer: ISSUER,
          audiences: [AUDIENCE],
          subject: subject(args),
        },
        within(this, opts),
      );
      return { principal: principal.objectId, client: application.clientId };
    };
    const [deploy, preview] = [make("ciDeploy"), make("ciPreview")];
    this.principals = {
      ciDeploy: { id: deploy.principal, type: "ServicePrincipal" },
      ciPreview: { id: preview.principal, type: "ServicePrincipal" },
    };
    this.clientIds = { ciDeploy: deploy.client, ciPreview: preview.client };
    this.registerOutputs({ clientIds: this.clientIds });
  }
}
