// Reads a secret of the build and writes only how long it was: what a build step does that uses a secret and keeps it out of the image.
// With "wait" it is a step that does not come to its end.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	if os.Args[1] == "wait" {
		fmt.Println("waiting")
		time.Sleep(10 * time.Minute)
	}
	secret, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = os.WriteFile(os.Args[2], []byte(fmt.Sprintf("%d bytes\n", len(secret))), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
