import { Thing, step } from "./kit.mjs";

if (step < 3) {
    const a = new Thing("a", { kind: step === 1 ? "x" : "y" }, { retainOnDelete: true });
    new Thing("b", { source: a.arn });
}
