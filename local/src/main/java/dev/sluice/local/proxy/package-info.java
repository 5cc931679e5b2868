/** What stands between functions and PostgreSQL: the counterpart of RDS Proxy. */
@NullMarked
package dev.sluice.local.proxy;

import org.jspecify.annotations.NullMarked;
