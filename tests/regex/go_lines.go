// SPDX-License-Identifier: Apache-2.0

// What Go's regexp says of the lines that captures_lines.cc takes.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		words := strings.Fields(in.Text())
		var parts [3]string
		for i := range parts {
			b, _ := hex.DecodeString(words[i][1:])
			parts[i] = string(b)
		}
		re, err := regexp.Compile(parts[0])
		if err != nil {
			fmt.Fprintln(out, "error")
			continue
		}
		places := ""
		for _, m := range re.FindAllStringSubmatchIndex(parts[1], -1) {
			for _, p := range m {
				places += fmt.Sprint(p) + ","
			}
			places += ";"
		}
		fmt.Fprintln(out, places, hex.EncodeToString([]byte(re.ReplaceAllString(parts[1], parts[2]))))
	}
}
