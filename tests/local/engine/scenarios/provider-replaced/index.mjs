import { Provider, Thing, step } from "./kit.mjs";

const provider = new Provider("p", { account: step === 1 ? "one" : "two" });
const a = new Thing("a", { size: 1 }, { provider });
new Thing("b", { source: a.arn }, { provider });
