import { Thing, pulumi } from "./kit.mjs";

const a = new Thing("a", { size: 1 });
if (process.env.STEP === "2") {
  const before = new pulumi.StackReference("before", { name: "organization/kit/test" });
  new Thing("b", {
    source: before.requireOutput("arn"),
    token: before.requireOutput("token"),
    names: before.outputs.apply((outputs) => Object.keys(outputs).sort()),
  });
}

export const arn = a.arn;
export const token = pulumi.secret("hidden");
export const place = { region: "west", zones: [1, 2] };
