// Plain JavaScript, because Pulumi loads a plugin with require(): Node strips the types of what this imports.
import "./main.ts";
