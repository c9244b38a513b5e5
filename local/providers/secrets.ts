/** Keeps what the program called secret secret in what a service answers. */
import { isObject, isSecret, secret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** Outputs in which each value is secret whose input of the same path is. */
export function keepSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, keep(value, inputs[name])]),
  );
}

function keep(output: Value, input: Value | undefined): Value {
  if (isSecret(input)) return secret(output);
  if (Array.isArray(output) && Array.isArray(input)) return output.map((item, i) => keep(item, input[i]));
  return isObject(output) && isObject(input) ? keepSecrets(output, input) : output;
}
