/**
 * Stack traces as Node writes them. The SDK's runner takes the trace of every promise, through `source-map-support`;
 * this program has no source maps (Node strips its types in place), and to look for them was a fifth of the processor
 * time of an `up` that changes nothing.
 */
Reflect.deleteProperty(Error, "prepareStackTrace");
