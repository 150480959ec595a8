// b_rows_test.go: the rows B: advisories of WebSocket stacks.

package hostile

import "slices"

var rowsB = slices.Concat(rowsFrames, rowsBombs, rowsFragments, rowsUpgrades, []row{
	{id: "B2", name: "masks that can be foretold", run: foretoldMasks},
	{id: "B13", name: "violations of the WebSocket protocol", elsewhere: "517 cases in compat-tests/wsconform"},
})
