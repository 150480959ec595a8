// Command ticker is an exchange with a thousand instruments: live prices and charts of
// what is on the screen, and of a slow screen the latest.
package main

import (
	ticker "github.com/everwire/everwire/examples/ticker/app"

	"github.com/everwire/everwire/examples/site"
)

func main() {
	site.Run("Ticker", func() (site.App, error) { return ticker.New() })
}
