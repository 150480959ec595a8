// Command whiteboard is a sheet that several people draw on at once, and see each other's
// hands while they do.
package main

import (
	whiteboard "github.com/everwire/everwire/examples/whiteboard/app"

	"github.com/everwire/everwire/examples/site"
)

func main() {
	site.Run("Whiteboard", func() (site.App, error) { return whiteboard.New() })
}
