import { Group, Thing, step } from "./kit.mjs";

new Thing("stays", { size: 1 });
if (step === 1)
    new Group("outer", (outer) => {
        const first = new Thing("first", { size: 1 }, { parent: outer });
        new Group("inner", (inner) => void new Thing("second", { source: first.arn }, { parent: inner }), { parent: outer });
    });
