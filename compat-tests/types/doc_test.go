// Package types compiles what gen writes, with the types of the official client under tsc --strict: right uses compile,
// each wrong one is refused, and what the codec writes is of the type that gen says.
package types
