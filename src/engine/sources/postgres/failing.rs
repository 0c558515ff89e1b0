//! Which columns make the server refuse: a view may divide by zero in one column, a stored value may be damaged. They are found by
//! reading ever fewer columns at once, within the transaction that everything else is read in.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Error, PgConnection};

use super::OpenTable;
use super::session::run;

/// To what the transaction goes back after a statement that failed.
const SAVEPOINT: &str = "limn_read";

/// Sets the mark that [`go_back`] goes back to.
pub async fn mark(connection: &mut PgConnection) -> Result<(), Error> {
    run(connection, format!("savepoint {SAVEPOINT}")).await
}

/// Makes the transaction usable again after a statement that failed; the snapshot stays.
pub async fn go_back(connection: &mut PgConnection) -> Result<(), Error> {
    run(connection, format!("rollback to savepoint {SAVEPOINT}")).await
}

/// What the server says where it is values that it cannot give: of classes 22 (data), 38 and 39 (functions), 54 (limits), P0 (raised by
/// a function) and XX (stored values that are damaged). Nothing for errors of other kinds.
pub fn fault_of_values(error: &Error) -> Option<&str> {
    let database = error.as_database_error()?;
    let code = database.code()?;
    ["22", "38", "39", "54", "P0", "XX"]
        .iter()
        .any(|class| code.starts_with(class))
        .then(|| database.message())
}

/// Looks for columns that cannot be read, and remembers them. Whether there are any: else it is the rows themselves.
pub async fn find_failing(connection: &mut PgConnection, table: &OpenTable) -> Result<bool, Error> {
    go_back(connection).await?;
    let known = table.failed.places();
    let places: Vec<usize> = (0..table.columns.len()).filter(|place| !known.contains(place)).collect();
    if read_only(connection, table, &[]).await?.is_some() {
        return Ok(false);
    }
    let mut unread = vec![places];
    while let Some(places) = unread.pop() {
        let Some(reason) = read_only(connection, table, &places).await? else {
            continue;
        };
        match places.as_slice() {
            [] => {}
            [place] => table.failed.add(*place, || format!("the server could not read it: {reason}")),
            several => {
                let (front, back) = several.split_at(several.len() / 2);
                unread.extend([back.to_vec(), front.to_vec()]);
            }
        }
    }
    Ok(table.failed.places().len() > known.len())
}

/// Reads all rows of some columns and says what the server could not give; the transaction goes on in any case.
async fn read_only(connection: &mut PgConnection, table: &OpenTable, places: &[usize]) -> Result<Option<String>, Error> {
    let expressions: Vec<&str> = places.iter().map(|place| table.columns[*place].expression.as_str()).collect();
    let text = format!("select {} from {}{}", expressions.join(", "), table.from, table.where_clause);
    let outcome = {
        let mut rows = sqlx::query(AssertSqlSafe(text)).persistent(false).fetch(&mut *connection);
        loop {
            match rows.try_next().await {
                Ok(Some(_)) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        }
    };
    match outcome {
        Ok(()) => Ok(None),
        Err(error) => match fault_of_values(&error).map(str::to_owned) {
            Some(reason) => go_back(connection).await.map(|()| Some(reason)),
            None => Err(error),
        },
    }
}
