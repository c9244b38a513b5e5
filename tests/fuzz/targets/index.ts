/** Every fuzzer. Another one is a file here, and a row. */
import type { Target } from "../target.ts";
import { arm } from "./arm.ts";
import { blobs } from "./blobs.ts";
import { frontDoor } from "./front-door.ts";
import { signIn, tokens } from "./sign-in.ts";
import { specs } from "./specs.ts";
import { state } from "./state.ts";
import { wire } from "./wire.ts";

export const TARGETS: readonly Target[] = [arm, frontDoor, signIn, tokens, blobs, state, specs, wire];
