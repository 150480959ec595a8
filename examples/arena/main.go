// Command arena is a small game for several players, with thirty updates a second.
package main

import (
	arena "github.com/everwire/everwire/examples/arena/app"

	"github.com/everwire/everwire/examples/site"
)

func main() {
	site.Run("Arena", func() (site.App, error) { return arena.New() })
}
