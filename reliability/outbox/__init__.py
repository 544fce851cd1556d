"""Facts and due work: rows written in the transaction of their cause, drained by the tick."""
