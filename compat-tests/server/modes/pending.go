// pending.go: what the modes still lack.

package modes

import "fmt"

// A Pending is something that a mode lacks until the library has a feature. What stands in for it meanwhile, if
// anything, is said by What.
type Pending struct {
	What    string
	Feature string
}

// namespaces is the subject of the issue whose features the modes wait for.
const namespaces = `"Namespaces, whole"`

// Lines returns a line for each thing that the mode lacks.
func (m Mode) Lines() []string {
	lines := make([]string, len(m.Pending))
	for i, p := range m.Pending {
		lines[i] = fmt.Sprintf("%s: %s: %s of %s", m.Name, p.What, p.Feature, namespaces)
	}
	return lines
}
