/** How Graph refuses. */
import { ArmError } from "./errors.ts";

export const bad = (message: string): ArmError => new ArmError(400, "Request_BadRequest", message);

export const gone = (id: string): ArmError =>
  new ArmError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
