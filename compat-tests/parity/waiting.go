// waiting.go: rows whose feature is not there yet.

package parity

// waiting are the features by the rows that wait for them. Their tests are in files with the build tag "waiting" until
// they compile. The suite fails while a row waits; EVERWIRE_PARITY_WAITING=1 lets it pass.
var waiting = merge(map[string][]string{
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
