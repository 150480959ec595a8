// version.go: which release this is.

package everwire

// Version is that of all modules of the project, and of the npm package of the client. It
// follows Semantic Versioning; CHANGELOG.md has what changed.
const Version = "0.1.0"
