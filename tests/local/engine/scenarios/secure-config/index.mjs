import { Thing, pulumi } from "./kit.mjs";

const config = new pulumi.Config();
const a = new Thing("a", { token: config.requireSecret("token"), plain: config.require("plain") });
new Thing("b", { source: a.arn, limits: config.requireSecretObject("limits") });
