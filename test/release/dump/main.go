// A backup as small as one can be: packs what its environment gives it, reads it again, and says how much it was.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

func main() {
	data := os.Getenv("DATA")
	if data == "" {
		fmt.Fprintln(os.Stderr, "dump: there is nothing to dump: DATA is empty")
		os.Exit(3)
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte(data))
	if closed := writer.Close(); err == nil {
		err = closed
	}
	if err == nil {
		var reader *gzip.Reader
		if reader, err = gzip.NewReader(&packed); err == nil {
			var back []byte
			if back, err = io.ReadAll(reader); err == nil && string(back) != data {
				err = fmt.Errorf("what was packed is not what comes out")
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dump:", err)
		os.Exit(1)
	}
	fmt.Printf("dumped %d bytes\n", len(data))
}
