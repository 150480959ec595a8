// Package engines runs the bundled JavaScript client in browsers, new and old, as they are: one page in each, which
// reports by itself, so that no browser needs a driver. What is tested stands in checks.js, the browsers in
// engines_test.go.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does, with EVERWIRE_BROWSERS=all in all browsers, as
// `make test-browsers` does.
package engines
