// waiting.go: rows whose feature is not there yet.

package parity

// waiting are the features by the rows that wait for them. Their tests are in files with the build tag "waiting" until
// they compile. The suite fails while a row waits; EVERWIRE_PARITY_WAITING=1 lets it pass.
var waiting = merge(map[string][]string{
	"HTTP options": {"option-allow-request", "allow-request-websocket", "allow-request-handshake-only", "option-per-message-deflate",
		"per-message-deflate-threshold", "option-http-compression", "http-compression-threshold", "option-initial-packet", "option-cookie",
		"cookie-handshake", "cookie-websocket", "cookie-attributes", "option-cors", "cors-allowed-origin", "cors-preflight", "cors-refusals", "cors-preflight-foreign", "cors-options", "cors-any-origin",
		"error-forbidden", "error-id-generation", "engine-generate-id", "engine-use-headers", "engine-event-initial-headers", "engine-event-headers",
		"server-compress", "socket-compress", "operator-compress"},
	"msgpack": {"msgpack-parser", "msgpack-map", "msgpack-types", "msgpack-options", "msgpack-binary", "msgpack-undefined", "msgpack-date",
		"msgpack-array-buffer"},
})

func merge(features map[string][]string) map[string]string {
	rows := map[string]string{}
	for feature, list := range features {
		for _, row := range list {
			rows[row] = feature
		}
	}
	return rows
}
