"""The instructor's side: from text notebooks with solutions and hidden tests to graded submissions."""
