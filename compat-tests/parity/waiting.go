// waiting.go: rows whose feature is not there yet.

package parity

// waiting are the features that rows wait for, by the ID of the row. The suite fails while one waits, so that it is
// never taken for complete; EVERWIRE_PARITY_WAITING=1 lets it pass while the feature is being built. A test that does
// not compile yet is kept in a file with the build tag "waiting".
var waiting = map[string]string{}
